"""What lasts: the clock, the promise on disk, settings and the content files."""
