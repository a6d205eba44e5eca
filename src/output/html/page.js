/*
 * What concerns all of a page: theme, search, keys, size. The page itself has its `drawing` and
 * the `flames` in it, what is `searched`, and drawAll().
 */
const themes = ["auto", "light", "dark"];
const darkScreen = matchMedia("(prefers-color-scheme: dark)");
let theme = "auto";

/* Pages opened from a file may be refused a place to remember things. */
function remembered(value) {
	try {
		if (value !== undefined)
			localStorage.setItem("xentrace-theme", value);
		return localStorage.getItem("xentrace-theme");
	} catch {
		return null;
	}
}

function setTheme(to) {
	theme = themes.includes(to) ? to : "auto";
	document.documentElement.dataset.theme =
		theme === "auto" ? (darkScreen.matches ? "dark" : "light") : theme;
	byId("theme").textContent = `Theme: ${theme}`;
}

function nextTheme() {
	setTheme(themes[(themes.indexOf(theme) + 1) % themes.length]);
	remembered(theme);
}

setTheme(remembered());
darkScreen.addEventListener("change", () => setTheme(theme));
byId("theme").addEventListener("click", nextTheme);

/* A regular expression, or the text itself where it is none. */
function matcher(text) {
	let pattern;

	try {
		pattern = new RegExp(text, "i");
	} catch {
		return (name) => name.toLowerCase().includes(text.toLowerCase());
	}
	return (name) => pattern.test(name);
}

/* What each of a page's parts says of its matches. */
function search() {
	const text = byId("search").value.trim(), match = text ? matcher(text) : null;
	const said = searched.map((say) => say(match));

	byId("matched").textContent = match ? "matched: " + said.join(" · ") : "";
}

byId("search").addEventListener("input", search);

/* What Escape does, for who has a pointer only. */
byId("out").addEventListener("click",
	() => flames.forEach((flame) => flame.zoomed !== flame.root && flame.zoom(flame.root)));

function zoomOut(all) {
	const deepest = flames.filter((flame) => flame.zoomed !== flame.root).pop();

	if (!deepest)
		return;
	const had = deepest.group.contains(drawing.activeElement);
	const frame = deepest.zoom(all ? deepest.root : deepest.zoomed.parent);

	if (had)
		frame.focus({focusVisible: true});
}

document.addEventListener("keydown", (event) => {
	const typing = event.target.matches("input:not([type=checkbox]), select");

	if (event.ctrlKey || event.altKey || event.metaKey)
		return;
	if (event.key === "Escape") {
		hideTip();
		if (event.target === byId("search") && byId("search").value) {
			byId("search").value = "";
			search();
		} else {
			zoomOut(true);
		}
	} else if (typing) {
		return;
	} else if (event.key === "Backspace") {
		zoomOut(false);
	} else if (event.key === "/") {
		byId("search").focus();
	} else if (event.key === "t") {
		nextTheme();
	} else {
		return;
	}
	event.preventDefault();
});

/* Paper has no pointer. */
addEventListener("beforeprint",
	() => document.querySelectorAll("details").forEach((details) => { details.open = true; }));

let drawnWidth = innerWidth;

/* Of the height nothing depends. */
addEventListener("resize", () => {
	if (innerWidth !== drawnWidth)
		drawAll();
	drawnWidth = innerWidth;
});
