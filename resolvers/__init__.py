"""How an operation becomes an answer: the read, the write and the watch road."""
