"""The web edge of the house: the app factory, the worker, live views, sign-in, problems."""
