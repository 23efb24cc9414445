"""The lab on home timelines, in reading order: `world` (who posts and looks), `draws` (its dice),
`crashes` (where it dies), `run`, `checks` (what must never be seen), `budgets` (what it cost),
`stages`, `lab`; and `page`, the lab on a page, which `page_told` tells its worlds."""
