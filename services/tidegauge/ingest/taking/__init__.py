"""Taking records: one module a way that records go, from typed rows to a committed step."""
