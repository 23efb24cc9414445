"""What a moving picture says and shows, read back from its element."""

import json
import re


def ways_of(embed):
    """Of each way its sentences, and what stands where at each step; 0 is not to be seen."""
    data = json.loads(re.search(r'data-is="data">(.+?)</script>', embed.html)[1])
    return [
        [
            (words.replace("\xa0", " "), dict(zip(data["things"], at, strict=True)))
            for words, *at in way
        ]
        for way in data["ways"]
    ]
