"""Speed and recognition, each a table on standard output that anyone can make again."""
