#include "platform/guest.h"
int features__derive(struct guest *guest)
{
	(void)guest;
	return 0;
}
int cells__derive(struct guest *guest)
{
	(void)guest;
	return 0;
}
