"""What the planned read is measured against; each module is an ASGI application or a script that serves the same
orders.
"""
