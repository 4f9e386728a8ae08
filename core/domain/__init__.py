"""The queue itself, pure: no clock, no files, no web, no threads."""
