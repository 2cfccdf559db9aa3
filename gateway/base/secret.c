/* Allocation and wiping of secrets. */
#include "base/secret.h"

enum gw_code gw_secret_set(struct gw_secret *s, struct gw_str value, struct gw_err *err)
{
    char *data = malloc(value.len + 1);

    if (!data)
        return gw_fail(err, GW_NOMEM, NULL);
    if (value.len)
        memcpy(data, value.ptr, value.len);
    data[value.len] = '\0';
    gw_secret_free(s);
    s->data = data;
    s->len = value.len;
    return GW_OK;
}

void gw_secret_free(struct gw_secret *s)
{
    if (s->data)
        explicit_bzero(s->data, s->len);
    free(s->data);
    s->data = NULL;
    s->len = 0;
}
