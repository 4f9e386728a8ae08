"""The house of Antrean: the queue, its engine, its store, and what serves them."""
