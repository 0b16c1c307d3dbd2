"""The mind: pure functions over values. Standard library and numpy only."""
