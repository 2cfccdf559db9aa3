/* The tables that embed.cmake makes. */
#include "http/embedded.h"

#include "docs.inc"
#include "schemas.inc"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

const struct gw_embedded *gw_schema_at(size_t i)
{
    return i < COUNT(schemas) ? &schemas[i] : NULL;
}

const struct gw_embedded *gw_schema_find(const char *name)
{
    for (size_t i = 0; i < COUNT(schemas); i++)
        if (strcmp(schemas[i].name, name) == 0)
            return &schemas[i];
    return NULL;
}

const struct gw_embedded *gw_docs_find(struct gw_str name)
{
    for (size_t i = 0; i < COUNT(docs_files); i++)
        if (gw_str_is(name, docs_files[i].name))
            return &docs_files[i];
    return NULL;
}
