"""Sound out: a voice, its cache, the breath and the mixer that plays them."""
