// What is wider than the page is moved with the arrow keys.
{
  // Only what can be moved is a stop on the way of the tab key.
  const reach = () => {
    const boxes = [...document.querySelectorAll(".scroll, .kept, pre, .line")];
    // All are measured before one is changed: the page is laid out once.
    const wide = new Set(boxes.filter((box) => box.scrollWidth > box.clientWidth));
    for (const box of boxes) {
      if (wide.has(box)) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  };
  reach();
  addEventListener("resize", reach);
  document.fonts.ready.then(reach);
}
