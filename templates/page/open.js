// The scripts of this page are packed as they were written, comments and all. They are unpacked and
// run here; the policy of the page knows the hash of that text and lets nothing else run.

const network = document.getElementById("network");
network.hidden = true;
unpackText("scripts").then((text) => {
  const script = document.createElement("script");
  script.textContent = text;
  network.hidden = false;
  document.body.append(script);
}, () => { network.hidden = false; });
