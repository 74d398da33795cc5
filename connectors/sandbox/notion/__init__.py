"""A pretend Notion: one workspace, its records and acts, and the public API at 2025-09-03 and 2026-03-11.

State without HTTP, for scenarios (all by a person's name, id or record; at `world.tick()`, so inside
`with world.at(instant):` they happen then):

* `create_page(by, title, parent=None, markdown="")`, `create_database(by, title, parent, properties)` whose data
  source is `database.sources[0]`, `create_row(by, source_id, {"Name": "x", "Status": "Doing"})`,
  `set_properties(by, page_id, {...})`, `change_schema(by, source_id, {...})`, `share(id)`;
* `append(by, parent_id, drafts)`, `replace_markdown(by, page_id, markdown)`, `markdown(page_id).markdown`;
* `comment(by, page_or_block_id, text)`, `resolve(discussion_id)`, `put_away(by, id)`, `move(by, page_id, parent)`,
  `set_marks(by, node, is_archived=True, icon=…)`, `subscribe(url)`.
"""

from connectors.sandbox.notion.side import NotionSide

__all__ = ["NotionSide"]
