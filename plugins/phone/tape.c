/* See tape.h. Nodes stand in document order, texts one behind the other; both arrays grow by doubling up to a bound
 * that the longest route of a day on foot does not reach. */
#include "tape.h"

#include <stdlib.h>
#include <string.h>

#define NODES_MAX ((size_t)1 << 19) /* 8 MiB */
#define TEXT_MAX  ((size_t)8 << 20)

void phone_tape_clear(struct phone_tape *tape)
{
    tape->nodes = 0;
    tape->len = 0;
    tape->depth = 0;
    tape->full = 0;
    if (++tape->age == UINT32_MAX) { /* four thousand million values later */
        memset(tape->member, 0, sizeof(tape->member));
        tape->age = 0;
    }
}

void phone_tape_free(struct phone_tape *tape)
{
    free(tape->node);
    free(tape->text);
    *tape = (struct phone_tape){0};
}

/* ---- building ---- */

/* *array with room for `count` more of `size` bytes. 1, 0 when that would be beyond `max`, or -1 without memory. */
static int room(void **array, size_t size, size_t used, size_t *cap, size_t count, size_t max)
{
    if (*cap - used >= count)
        return 1;
    if (count > max - used)
        return 0;
    size_t wanted = *cap ? *cap : 256;
    while (wanted - used < count)
        wanted *= 2;
    void *grown = realloc(*array, wanted * size);
    if (!grown)
        return -1;
    *array = grown;
    *cap = wanted;
    return 1;
}

static aorta_status add(struct phone_tape *tape, int type, uint8_t key, aorta_str text)
{
    void *nodes = tape->node, *bytes = tape->text;
    int fits = tape->full ? 0 : room(&nodes, sizeof(*tape->node), tape->nodes, &tape->nodes_cap, 1, NODES_MAX);
    tape->node = nodes;
    if (fits == 1 && text.len)
        fits = room(&bytes, 1, tape->len, &tape->cap, text.len, TEXT_MAX);
    tape->text = bytes;
    if (fits < 1) {
        tape->full = 1;
        return fits < 0 ? AORTA_ERR_NOMEM : AORTA_OK;
    }
    if (text.len)
        memcpy(tape->text + tape->len, text.ptr, text.len);
    if (tape->depth == (type == SDK_JSON_OBJECT || type == SDK_JSON_ARRAY ? 2 : 1)) { /* an open one counts itself */
        tape->member[key].age = tape->age + 1;                                        /* 0 = never */
        tape->member[key].node = (uint32_t)tape->nodes;
    }
    tape->node[tape->nodes] = (struct phone_node){.text = (uint32_t)tape->len,
                                                  .len = (uint32_t)text.len,
                                                  .next = (uint32_t)tape->nodes + 1,
                                                  .type = (uint8_t)type,
                                                  .key = key};
    tape->nodes++;
    tape->len += text.len;
    return AORTA_OK;
}

aorta_status phone_tape_open(struct phone_tape *tape, int type, uint8_t key)
{
    if (tape->depth == PHONE_DEPTH_MAX)
        tape->full = 1;
    if (tape->full)
        return AORTA_OK;
    tape->indexed = 1;
    tape->open[tape->depth++] = (uint32_t)tape->nodes;
    return add(tape, type, key, (aorta_str){NULL, 0});
}

void phone_tape_close(struct phone_tape *tape)
{
    if (!tape->full && tape->depth > 0)
        tape->node[tape->open[--tape->depth]].next = (uint32_t)tape->nodes;
}

aorta_status phone_tape_scalar(struct phone_tape *tape, int type, uint8_t key, aorta_str text)
{
    return add(tape, type, key, text);
}

int phone_tape_in_object(const struct phone_tape *tape)
{
    return !tape->full && tape->depth > 0 && tape->node[tape->open[tape->depth - 1]].type == SDK_JSON_OBJECT;
}

/* ---- reading ---- */

phone_value phone_tape_root(const struct phone_tape *tape)
{
    return (phone_value){tape, tape->nodes && !tape->full ? tape->node : NULL};
}

int phone_type(phone_value v)
{
    return v.node ? v.node->type : SDK_JSON_NONE;
}

phone_value phone_first(phone_value container)
{
    if (!container.node || (size_t)(container.node - container.tape->node) + 1 >= container.node->next)
        return (phone_value){container.tape, NULL};
    return (phone_value){container.tape, container.node + 1};
}

phone_value phone_next(phone_value container, phone_value member)
{
    uint32_t next = member.node->next;
    return (phone_value){container.tape, next < container.node->next ? container.tape->node + next : NULL};
}

phone_value phone_get(phone_value object, enum phone_key key)
{
    phone_value found = {object.tape, NULL};
    if (phone_type(object) != SDK_JSON_OBJECT)
        return found;
    if (object.tape->indexed && object.node == object.tape->node) {
        if (object.tape->member[key].age == object.tape->age + 1)
            found.node = object.tape->node + object.tape->member[key].node;
        return found;
    }
    for (phone_value m = phone_first(object); m.node; m = phone_next(object, m))
        if (m.node->key == key)
            found = m;
    return found;
}

phone_value phone_get_or(phone_value object, enum phone_key key, enum phone_key other)
{
    phone_value v = phone_get(object, key);
    return phone_type(v) > SDK_JSON_NULL ? v : phone_get(object, other);
}

aorta_str phone_tape_texts(phone_value container, uint32_t *ret_nodes)
{
    const struct phone_tape *tape = container.tape;
    const struct phone_node *node = container.node;
    size_t end = node->next < tape->nodes ? tape->node[node->next].text : tape->len;
    *ret_nodes = node->next - (uint32_t)(node - tape->node);
    return (aorta_str){tape->text + node->text, end - node->text};
}

aorta_str phone_text(phone_value v)
{
    int type = phone_type(v);
    if (type != SDK_JSON_STRING && type != SDK_JSON_NUMBER)
        return (aorta_str){NULL, 0};
    return sdk_trim((aorta_str){v.tape->text + v.node->text, v.node->len});
}

int phone_number(phone_value v, double *ret)
{
    return sdk_number_parse(phone_text(v), ret) == 0;
}

int phone_truth(phone_value v, int otherwise)
{
    double number;
    if (phone_type(v) == SDK_JSON_BOOL)
        return v.tape->text[v.node->text] == 't';
    if (phone_number(v, &number))
        return number != 0;
    if (sdk_str_ieq(phone_text(v), "true"))
        return 1;
    return sdk_str_ieq(phone_text(v), "false") ? 0 : otherwise;
}
