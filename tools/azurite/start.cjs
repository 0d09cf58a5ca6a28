// Runs Azurite as long as standard input stays open. The process that started it holds the other end. When that end
// closes, Azurite stops gracefully (it saves only every few seconds). It also closes when that process ends in any way.

// Ctrl-C reaches every process of a terminal. Azurite must outlive the host, which still finishes what is in flight.
const once = process.once;
process.once = function (event, listener) {
  return event === "SIGINT" ? this : once.call(this, event, listener);
};
process.on("SIGINT", () => {});

process.stdin.resume().on("end", () => {
  // Azurite listens for this message once it serves; before that there is nothing to save.
  if (!process.emit("message", "shutdown")) process.exit(0);
});

require("azurite/dist/src/azurite.js");
