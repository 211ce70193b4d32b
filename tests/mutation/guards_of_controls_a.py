"""What stands behind the controls of wall, keys and ways in: taken out, the control no longer holds."""

from tests.mutation.guard import Guard

_WALL = "tests/controls/test_customers_are_walled_off.py::test_held"

GUARDS_OF_CONTROLS_A: tuple[Guard, ...] = (
    Guard(
        "control: the wall is forced",
        "src/troth/kernel/migrations.py",
        "FORCE ROW LEVEL SECURITY',\n",
        "ENABLE ROW LEVEL SECURITY',\n",
        (_WALL,),
    ),
    Guard(
        "control: the wall compares the customer",
        "src/troth/kernel/migrations.py",
        "TO {app}, {probe} USING ({CONTEXT}) WITH CHECK ({CONTEXT})'",
        "TO {app}, {probe} USING (true) WITH CHECK (true)'",
        (_WALL,),
    ),
)
