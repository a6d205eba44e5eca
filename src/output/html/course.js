/* The course of the run: what html_series.c wrote, read back. */

/* A path's string (src/output/html_series.c) as a list of [column, [bucket, count], ..]. */
function decode(text) {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const columns = [];
	let at = 0, column = 0;
	const number = () => {
		let value = 0, scale = 1, digit;

		do {
			digit = digits.indexOf(text[at++]);
			value += (digit & 31) * scale;
			scale *= 32;
		} while (digit & 32);
		return value;
	};

	while (at < text.length) {
		column += number();
		const cells = [];
		let bucket = 0;

		for (let left = number(); left; left--) {
			bucket += number();
			cells.push([bucket, number()]);
		}
		columns.push([column, cells]);
	}
	return columns;
}

/* Events of these paths by column and bucket: {column * BUCKETS + bucket: events} */
function courseOf(paths) {
	const events = new Map(), known = paths.filter((i) => D.series.cells[i]);

	for (const [column, cells] of known.flatMap((i) => decode(D.series.cells[i])))
		for (const [bucket, n] of cells) {
			const key = column * BUCKETS + bucket;

			events.set(key, (events.get(key) || 0) + n);
		}
	return events;
}

/* "wait / emulated / disk / sda / read / whole requests" */
function pathName(i) {
	const path = D.paths[i], leg = path.leg === "total" ? "whole requests" : path.leg;
	const kind = D.terms.kinds[path.kind], mech = D.terms.mechs[path.mech];
	const names = [kind, mech, D.terms.areas[path.area], path.device, path.op, leg];

	return names.filter(Boolean).join(" / ");
}
