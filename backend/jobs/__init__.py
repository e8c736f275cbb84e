"""Background work: rows of the task table get done, whatever is killed on the way.

`service` is what people and programs do with tasks, `reading` how tasks and workers are looked at,
`health` what `lectern doctor` finds. The other modules are the workers' own.
"""
