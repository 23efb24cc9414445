"""The only room that draws: themes, figures, panels, tables and the site."""
