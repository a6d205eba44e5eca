// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What every page needs to draw: the names of mechanisms, areas and kinds, and the colours. */
#include "output/html_parts.h"

#include "output/svg.h"

#define CHANGES 20 /* shades to each side of what is the same */

static int append(json_t *list, json_t *value)
{
	return json_array_append_new(list, value);
}

static json_t *color(struct color color)
{
	return json_sprintf("#%02x%02x%02x", color.red, color.green, color.blue);
}

/* From only before to only after, the same in the middle. */
static json_t *changes(void)
{
	json_t *list = json_array();
	int err = 0;

	for (int i = -CHANGES; i <= CHANGES; i++)
		err |= append(list, color(palette__change((double)i / CHANGES)));
	return json__done(list, err);
}

json_t *html__palette(void)
{
	unsigned int first = hist__index(PALETTE_FAST_NS), last = hist__index(PALETTE_SLOW_NS);
	json_t *obj = json_object(), *frames = json_array(), *cells = json_array();
	int err = 0;

	for (enum mech mech = 0; mech < MECH_NR; mech++) {
		json_t *shades = json_array();

		for (unsigned int i = first; i <= last; i++)
			err |= append(shades, color(palette__cell(mech, hist__lower(i))));
		err |= append(frames, color(palette__frame(mech)));
		err |= append(cells, shades);
	}
	err |= put__int(obj, "first", first);
	err |= put(obj, "frames", frames);
	err |= put(obj, "cells", cells);
	err |= put(obj, "changes", changes());
	return json__done(obj, err);
}

json_t *html__terms(void)
{
	json_t *obj = json_object(), *mechs = json_array(), *letters = json_array();
	json_t *areas = json_array(), *kinds = json_array();
	int err = 0;

	for (enum mech mech = 0; mech < MECH_NR; mech++) {
		err |= append(mechs, json_string(mech__name(mech)));
		err |= append(letters, json_string(mech__letter(mech)));
	}
	for (enum area area = 0; area < AREA_NR; area++)
		err |= append(areas, json_string(area__name(area)));
	for (enum kind kind = 0; kind < KIND_NR; kind++)
		err |= append(kinds, json_string(kind__name(kind)));
	err |= put(obj, "mechs", mechs);
	err |= put(obj, "letters", letters);
	err |= put(obj, "areas", areas);
	err |= put(obj, "kinds", kinds);
	return json__done(obj, err);
}
