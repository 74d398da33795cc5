"""The doors: one folder a vendor, and the words of the boundary in `model`."""
