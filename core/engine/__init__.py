"""The one command path, what follows a commit, and what everybody sees."""
