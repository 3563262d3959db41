// The button that makes a page live. What it needs is asked for when it is pressed, not before.
document.addEventListener("DOMContentLoaded", () => {
  const box = document.querySelector(".live"), page = document.documentElement;
  if (!box) return;
  page.dataset.live = "off";
  const say = words => { box.querySelector("output").textContent = words; };
  if (location.protocol === "file:") {
    box.innerHTML = "<p>The code on this page can run when the book comes from a server; from a folder, browsers start no Python.</p>";
    return;
  }
  box.innerHTML = '<button type="button">Make this page live</button><output></output>';
  const mine = kept.names("code/").length;
  if (mine) say(mine === 1 ? "You have changed a cell of this page; it comes back then." : `You have changed ${mine} cells of this page; they come back then.`);
  box.querySelector("button").addEventListener("click", async ({target: button}) => {
    page.dataset.live = "starting";
    button.disabled = true;
    say("Starting Python; this takes some seconds …");
    try {
      const {start} = await import(new URL(`${page.dataset.content_root}_static/live/page.js`, location));
      await start(box);
    } catch (error) {
      page.dataset.live = "failed";
      button.disabled = false;
      say(`Python has not started: ${error.message ?? error}. Is this device still on the network that the book comes from? Then reload this page and try again.`);
    }
  });
});
