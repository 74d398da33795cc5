"""`python -m sync` is `handrail`."""

from sync.cli import main

main()
