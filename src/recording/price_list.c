// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "recording/price_list.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "model/statistics.h"

/* Of a guest there are 15. */
#define PRICES_MAX 1000

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key)) ?: "";
}

/* False: there is none, or no positive number. */
static bool get_ns(const json_t *object, const char *key, double *ns)
{
	*ns = json_number_value(json_object_get(object, key));
	return *ns > 0;
}

/* One that was not measured keeps its name and says why; nobody asks for the rest. */
static int read_price(struct price *price, const json_t *object)
{
	const char *name = text_of(object, "name"), *why_not = text_of(object, "why_not");

	if (!*name)
		return -EBADMSG;
	if (*why_not)
		price->why_not = strdup(why_not);
	else if (!get_ns(object, "min_ns", &price->min_ns) ||
		 !get_ns(object, "median_ns", &price->median_ns) ||
		 !get_ns(object, "p90_ns", &price->p90_ns) || price->min_ns > price->median_ns ||
		 price->median_ns > price->p90_ns)
		return -EBADMSG;
	price->name = strdup(name);
	return price->name && (price->why_not || !*why_not) ? 0 : -ENOMEM;
}

static int read_prices(struct price_list *list, const json_t *prices, char *why, size_t size)
{
	size_t nr = json_array_size(prices);

	if (!nr || nr > PRICES_MAX) {
		str__set(why, size, "has no prices: they are of detect --measure --json");
		return -EBADMSG;
	}
	list->prices = calloc(nr, sizeof(*list->prices));
	if (!list->prices)
		return -ENOMEM;
	for (; list->nr < nr; list->nr++) {
		int err = read_price(&list->prices[list->nr], json_array_get(prices, list->nr));

		if (!err)
			continue;
		str__set(why, size, "price %zu has no name, or figures that no price has",
			 list->nr + 1);
		list->nr++;
		return err;
	}
	return 0;
}

static int read_list(struct price_list *list, const json_t *root, char *why, size_t size)
{
	if (strncmp(text_of(root, "schema"), "xentrace-bpf/", 13) ||
	    strcmp(text_of(root, "type"), "detect")) {
		str__set(why, size, "is not what detect --measure --json prints");
		return -EBADMSG;
	}
	STR_SET(list->mode, "%s", text_of(root, "mode"));
	STR_SET(list->host, "%s", text_of(root, "host"));
	if (guest_mode__of(list->mode) == MODE_NR) {
		str__set(why, size, "is of no guest whose mode is pv, hvm, hvm-pv, pvhvm or pvh");
		return -EBADMSG;
	}
	return read_prices(list, json_object_get(root, "prices"), why, size);
}

int price_list__read(struct price_list *list, const char *text, size_t len, char *why, size_t size)
{
	json_error_t error;
	json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	int err;

	*list = (struct price_list) {};
	if (!root) {
		if (json_error_code(&error) == json_error_out_of_memory)
			return -ENOMEM;
		/* its text has a piece of the file */
		str__set(why, size, "is no JSON from byte %d on", error.position);
		return -EBADMSG;
	}
	err = read_list(list, root, why, size);
	json_decref(root);
	if (err)
		price_list__free(list);
	return err;
}

void price_list__free(struct price_list *list)
{
	for (size_t i = 0; i < list->nr; i++) {
		free((char *)list->prices[i].name);
		free((char *)list->prices[i].why_not);
	}
	free(list->prices);
	list->prices = NULL;
	list->nr = 0;
}
