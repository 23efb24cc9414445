"""How the chapter on uploads looks; its models are in `scalemodel.youtube.upload`.

- `chunks`: one clip, cut into chunks, on four workers, in five ways;
- `spare`: the workers that must stand beside the load;
- `kitchen`: three hundred uploads on one fleet of workers.
"""
