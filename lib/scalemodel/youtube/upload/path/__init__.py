"""The way of one upload, for real: files, a database, processes that die. Read in this order:

- `refused`: what may go wrong, and what is said then;
- `blobs`: bytes on a disk, named by their hash;
- `chunks`: the upload server, which takes them piece by piece;
- `queue`: what is to be done, and who has taken it;
- `metadata`: what has become of each video;
- `manifest`: what a player reads first, as HLS and as DASH;
- `encoder`: the copies, by ffmpeg or by a stand-in;
- `shelf`: where players fetch from; a folder appears there at one stroke;
- `pipeline`: all of it together, a worker that takes turns;
- `naive`: the same as a sketch has it, to be broken;
- `kills`: a schedule of what dies when, played on a real disk;
- `verdicts`: whether the promises held, and a counterexample in words.
"""
