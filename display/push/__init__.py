"""Web push: what the holder of a ticket is told while the page is closed (ADR 0015).

``notices`` says what is due, from the hall's state and what was said before; ``book`` keeps where to send it;
``sending`` seals one message and hands it to a push service; ``postman`` brings the three together beside the
requests; ``api`` has the routes.
"""
