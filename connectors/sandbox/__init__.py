"""The pretend vendors: Asana and Notion as their documents describe them, on loopback only.

Written from the vendors' documents, never from our connectors, so that it can disagree with them.
"""
