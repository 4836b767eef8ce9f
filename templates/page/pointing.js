// What a mouse points at. A browser also tells of a mouse that rests, when what is drawn moves away
// below it; whoever goes on by the keys has not chosen what comes to lie there.

let rests = "";
const screenPlaceOf = ({ screenX, screenY }) => `${screenX},${screenY}`;
// Told after what is entered: there it is still the place before.
document.addEventListener("pointermove", (event) => { rests = screenPlaceOf(event); });

function onPointing(node, point) {
  node.addEventListener("pointerenter", (event) => { if (event.pointerType === "mouse" && screenPlaceOf(event) !== rests) point(); });
}
