"""What people do in the pretend Asana, as verbs: the HTTP side calls them, and so do scenarios.

Every act takes the state and who acts (`by`; None is Asana itself), writes the stories and events that Asana would
write at `world.tick()`, and raises `Refused` where Asana would refuse. A scenario lives its past like this:

    state = world.asana.state
    with world.at(datetime(2026, 1, 5, 9, tzinfo=UTC)):
        task = acts.create_task(state, maria, "Spring campaign brief", section=intake, assignee=maria)
    with world.at(datetime(2026, 1, 7, 15, tzinfo=UTC)):
        acts.move_to_section(state, maria, task, in_design)
        acts.assign(state, maria, task, jonas)
"""

from connectors.sandbox.asana.acts.containers import (
    add_members,
    create_project,
    create_section,
    create_tag,
    delete_project,
    delete_section,
    delete_status,
    place_section,
    post_status,
    remove_members,
    rename_section,
    update_project,
    write_brief,
)
from connectors.sandbox.asana.acts.details import (
    comment,
    delete_comment,
    depend,
    describe,
    edit_comment,
    follow,
    rename,
    set_dates,
    set_parent,
    tag,
    undepend,
    untag,
)
from connectors.sandbox.asana.acts.fields import (
    MAX_OPTIONS,
    add_option,
    attach_field,
    create_field,
    detach_field,
    set_field,
    update_field,
    update_option,
)
from connectors.sandbox.asana.acts.tasks import (
    add_to_project,
    assign,
    complete,
    create_task,
    decide,
    delete_task,
    move_to_section,
    remove_from_project,
)

__all__ = [
    "MAX_OPTIONS", "add_members", "add_option", "add_to_project", "assign", "attach_field", "comment",
    "complete", "create_field", "create_project", "create_section", "create_tag", "create_task", "decide",
    "delete_comment", "delete_project", "delete_section", "delete_status", "delete_task", "depend", "describe",
    "detach_field", "edit_comment", "follow", "move_to_section", "place_section", "post_status",
    "remove_from_project", "remove_members", "rename", "rename_section", "set_dates", "set_field", "set_parent",
    "tag", "undepend", "untag", "update_field", "update_option", "update_project", "write_brief",
]  # fmt: skip
