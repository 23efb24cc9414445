/* The scene: a train on a viaduct before hills, as it looks at a rung of so many lines.

   It is drawn on a canvas of few lines and blown up, which is what a player does with a
   low rung; fewer than its own, for a small screen hides much. A spinner lies over it while the picture stands still. */
(() => {
  "use strict";
  const [W, H] = [320, 180]; // of the drawing
  const FULL_PX = 720; // lines of the rung that fills the screen
  const small = document.createElement("canvas");

  function hills(pen, colour, base, tall, wave, shift) {
    pen.fillStyle = colour;
    pen.beginPath();
    pen.moveTo(0, H);
    for (let x = 0; x <= W; x += 4) {
      pen.lineTo(x, base - tall * (Math.sin((x + shift) / wave) + Math.sin((x + shift) / wave / 2.3)));
    }
    pen.lineTo(W, H);
    pen.fill();
  }

  function draw(pen, second) {
    const sky = pen.createLinearGradient(0, 0, 0, H);
    sky.addColorStop(0, "#27496d");
    sky.addColorStop(0.75, "#f2b077");
    pen.fillStyle = sky;
    pen.fillRect(0, 0, W, H);
    pen.fillStyle = "#ffe9b8";
    pen.beginPath();
    pen.arc(236, 62, 17, 0, 7);
    pen.fill();
    hills(pen, "#6f7f9c", 96, 9, 31, second * 1.5);
    hills(pen, "#3f5f5c", 122, 8, 23, second * 4);
    pen.fillStyle = "#2a2622"; // the viaduct
    pen.fillRect(0, 122, W, 8);
    for (let x = -((second * 14) % 40); x < W; x += 40) pen.fillRect(x, 122, 7, 58);
    const left = ((second * 22 + 300) % (W + 230)) - 200; // the train
    for (let car = 0; car < 4; car++) {
      const x = left + car * 49;
      pen.fillStyle = car === 3 ? "#b5382f" : "#e8e2d3";
      pen.fillRect(x, 99, 46, 19);
      pen.fillStyle = "#24384f";
      for (let pane = 0; pane < 5; pane++) pen.fillRect(x + 4 + pane * 8.4, 102, 5, 6);
      for (const wheel of [9, 37]) {
        pen.beginPath();
        pen.arc(x + wheel, 119, 3.4, 0, 7);
        pen.fill();
      }
      pen.font = "bold 6px sans-serif";
      pen.fillText(car === 3 ? "EXPRESS" : "coach " + (3 - car), x + 6, 115.5);
    }
    pen.fillStyle = "#fff";
    pen.font = "600 11px serif";
    pen.fillText("The 9:04 to Scale Model Junction", 12, 22);
  }

  function paint(canvas, heightPx, playedS, stopped) {
    const pen = canvas.getContext("2d");
    const lines = canvas.height * Math.min(1, (heightPx / FULL_PX) ** 2);
    small.height = Math.max(6, Math.round(lines));
    small.width = Math.round((small.height * W) / H);
    const fine = small.getContext("2d");
    fine.scale(small.width / W, small.height / H);
    draw(fine, playedS);
    pen.drawImage(small, 0, 0, canvas.width, canvas.height);
    if (!stopped) return;
    pen.fillStyle = "rgba(8, 12, 18, 0.6)";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    const turn = performance.now() / 250;
    pen.strokeStyle = "#fff";
    pen.lineWidth = canvas.height / 24;
    pen.beginPath();
    pen.arc(canvas.width / 2, canvas.height / 2, canvas.height / 7, turn, turn + 4.6);
    pen.stroke();
  }

  globalThis.scalemodelTrain = { paint };
})();
