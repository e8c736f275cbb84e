"""The task table: how rows are read, and each of the ways in which one changes.

`service` is what people and programs do with tasks, `reading` how they are looked at, `changes` who
is told of them; the other modules are steps that workers take. All that writes the table is here.
"""
