// oneDNN as Swift sees it.
//
// oneDNN 2 describes an operation first and makes a primitive descriptor from that; oneDNN 3 makes the primitive
// descriptor at once. Memory descriptors are plain structures in 2 and handles in 3. Both differences end here: what
// follows has one face, and only the lines under `#if` know the version.
#ifndef SYNFIRE_ONEDNN_SHIM_H
#define SYNFIRE_ONEDNN_SHIM_H

#include <dlfcn.h>
#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_debug.h>
#include <stdbool.h>
#include <stdlib.h>

#if DNNL_VERSION_MAJOR < 2 || DNNL_VERSION_MAJOR > 3
#error "Synfire needs oneDNN 2 or 3 (Debian: libdnnl-dev, Homebrew: onednn)."
#endif

// MARK: - Memory descriptors

/// A memory descriptor that the caller owns; ends with `synfire_desc_destroy`.
typedef void *synfire_desc;
/// A memory descriptor that belongs to something else.
typedef const void *synfire_const_desc;

/// Describes single-precision numbers of the given dimensions in the memory format `tag`.
static inline dnnl_status_t synfire_desc_create(synfire_desc *desc, int count, const int64_t *dims,
                                                dnnl_format_tag_t tag) {
#if DNNL_VERSION_MAJOR >= 3
    dnnl_memory_desc_t made = NULL;
    dnnl_status_t status = dnnl_memory_desc_create_with_tag(&made, count, dims, dnnl_f32, tag);
    *desc = made;
    return status;
#else
    dnnl_memory_desc_t *made = (dnnl_memory_desc_t *)calloc(1, sizeof *made);
    *desc = NULL;
    if (!made) return dnnl_out_of_memory;
    dnnl_status_t status = dnnl_memory_desc_init_by_tag(made, count, dims, dnnl_f32, tag);
    if (status == dnnl_success) {
        *desc = made;
    } else {
        free(made);
    }
    return status;
#endif
}

/// Copies a descriptor.
static inline dnnl_status_t synfire_desc_copy(synfire_desc *copy, synfire_const_desc desc) {
#if DNNL_VERSION_MAJOR >= 3
    dnnl_memory_desc_t made = NULL;
    dnnl_status_t status = dnnl_memory_desc_clone(&made, (const_dnnl_memory_desc_t)desc);
    *copy = made;
    return status;
#else
    dnnl_memory_desc_t *made = (dnnl_memory_desc_t *)malloc(sizeof *made);
    if (made) *made = *(const dnnl_memory_desc_t *)desc;
    *copy = made;
    return made ? dnnl_success : dnnl_out_of_memory;
#endif
}

/// Ends a descriptor.
static inline void synfire_desc_destroy(synfire_desc desc) {
#if DNNL_VERSION_MAJOR >= 3
    dnnl_memory_desc_destroy((dnnl_memory_desc_t)desc);
#else
    free(desc);
#endif
}

#if DNNL_VERSION_MAJOR >= 3
#define SYNFIRE_MD(desc) ((const_dnnl_memory_desc_t)(desc))
#else
#define SYNFIRE_MD(desc) ((const dnnl_memory_desc_t *)(desc))
#endif

/// Whether two descriptors describe the same memory.
static inline bool synfire_desc_equal(synfire_const_desc a, synfire_const_desc b) {
    return dnnl_memory_desc_equal(SYNFIRE_MD(a), SYNFIRE_MD(b)) != 0;
}

/// The bytes that memory of this descriptor takes; 0 for an empty one.
static inline size_t synfire_desc_size(synfire_const_desc desc) {
    return desc ? dnnl_memory_desc_get_size(SYNFIRE_MD(desc)) : 0;
}

/// One of a primitive's descriptors; it belongs to `pd`.
static inline synfire_const_desc synfire_query_desc(const_dnnl_primitive_desc_t pd, dnnl_query_t what) {
    return dnnl_primitive_desc_query_md(pd, what, 0);
}

/// The name of the kernel that a primitive descriptor stands for, or NULL; it belongs to `pd`.
static inline const char *synfire_query_implementation(const_dnnl_primitive_desc_t pd) {
    const char *name = NULL;
    return dnnl_primitive_desc_query(pd, dnnl_query_impl_info_str, 0, &name) == dnnl_success ? name : NULL;
}

/// A memory object over `handle`.
static inline dnnl_status_t synfire_memory_create(dnnl_memory_t *memory, synfire_const_desc desc,
                                                  dnnl_engine_t engine, void *handle) {
    return dnnl_memory_create(memory, SYNFIRE_MD(desc), engine, handle);
}

// MARK: - What follows an operation

/// Appends y = y + (what was there before) to the operations that follow a kernel.
static inline dnnl_status_t synfire_append_sum(dnnl_post_ops_t post_ops) {
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_post_ops_append_sum(post_ops, 1.0f, 0, dnnl_data_type_undef);
#else
    return dnnl_post_ops_append_sum(post_ops, 1.0f);
#endif
}

/// Appends y = max(y, 0) to the operations that follow a kernel.
static inline dnnl_status_t synfire_append_relu(dnnl_post_ops_t post_ops) {
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_post_ops_append_eltwise(post_ops, dnnl_eltwise_relu, 0.0f, 0.0f);
#else
    return dnnl_post_ops_append_eltwise(post_ops, 1.0f, dnnl_eltwise_relu, 0.0f, 0.0f);
#endif
}

// MARK: - Operations

/// How a kernel moves over an image, rows first, then columns. Dilation counts the gaps: 0 is none.
typedef struct {
    int64_t kernel[2];
    int64_t stride[2];
    int64_t dilation[2];
    int64_t padding_before[2];
    int64_t padding_after[2];
} synfire_window;

/// Convolution, forward. `bias` may be NULL.
static inline dnnl_status_t synfire_convolution_forward(dnnl_primitive_desc_t *pd, dnnl_engine_t engine,
                                                        const_dnnl_primitive_attr_t attr, bool training,
                                                        synfire_const_desc src, synfire_const_desc weights,
                                                        synfire_const_desc bias, synfire_const_desc dst,
                                                        const synfire_window *w) {
    dnnl_prop_kind_t kind = training ? dnnl_forward_training : dnnl_forward_inference;
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_convolution_forward_primitive_desc_create(
        pd, engine, kind, dnnl_convolution_direct, SYNFIRE_MD(src), SYNFIRE_MD(weights), SYNFIRE_MD(bias),
        SYNFIRE_MD(dst), w->stride, w->dilation, w->padding_before, w->padding_after, attr);
#else
    dnnl_convolution_desc_t op;
    dnnl_status_t status = dnnl_dilated_convolution_forward_desc_init(
        &op, kind, dnnl_convolution_direct, SYNFIRE_MD(src), SYNFIRE_MD(weights), SYNFIRE_MD(bias), SYNFIRE_MD(dst),
        w->stride, w->dilation, w->padding_before, w->padding_after);
    return status != dnnl_success ? status : dnnl_primitive_desc_create(pd, &op, attr, engine, NULL);
#endif
}

/// Convolution, gradient with respect to its input.
static inline dnnl_status_t synfire_convolution_backward_data(dnnl_primitive_desc_t *pd, dnnl_engine_t engine,
                                                              const_dnnl_primitive_attr_t attr,
                                                              synfire_const_desc diff_src, synfire_const_desc weights,
                                                              synfire_const_desc diff_dst, const synfire_window *w,
                                                              const_dnnl_primitive_desc_t forward) {
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_convolution_backward_data_primitive_desc_create(
        pd, engine, dnnl_convolution_direct, SYNFIRE_MD(diff_src), SYNFIRE_MD(weights), SYNFIRE_MD(diff_dst),
        w->stride, w->dilation, w->padding_before, w->padding_after, forward, attr);
#else
    dnnl_convolution_desc_t op;
    dnnl_status_t status = dnnl_dilated_convolution_backward_data_desc_init(
        &op, dnnl_convolution_direct, SYNFIRE_MD(diff_src), SYNFIRE_MD(weights), SYNFIRE_MD(diff_dst), w->stride,
        w->dilation, w->padding_before, w->padding_after);
    return status != dnnl_success ? status : dnnl_primitive_desc_create(pd, &op, attr, engine, forward);
#endif
}

/// Convolution, gradient with respect to weights and bias. `diff_bias` may be NULL.
static inline dnnl_status_t synfire_convolution_backward_weights(dnnl_primitive_desc_t *pd, dnnl_engine_t engine,
                                                                 const_dnnl_primitive_attr_t attr,
                                                                 synfire_const_desc src,
                                                                 synfire_const_desc diff_weights,
                                                                 synfire_const_desc diff_bias,
                                                                 synfire_const_desc diff_dst, const synfire_window *w,
                                                                 const_dnnl_primitive_desc_t forward) {
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_convolution_backward_weights_primitive_desc_create(
        pd, engine, dnnl_convolution_direct, SYNFIRE_MD(src), SYNFIRE_MD(diff_weights), SYNFIRE_MD(diff_bias),
        SYNFIRE_MD(diff_dst), w->stride, w->dilation, w->padding_before, w->padding_after, forward, attr);
#else
    dnnl_convolution_desc_t op;
    dnnl_status_t status = dnnl_dilated_convolution_backward_weights_desc_init(
        &op, dnnl_convolution_direct, SYNFIRE_MD(src), SYNFIRE_MD(diff_weights), SYNFIRE_MD(diff_bias),
        SYNFIRE_MD(diff_dst), w->stride, w->dilation, w->padding_before, w->padding_after);
    return status != dnnl_success ? status : dnnl_primitive_desc_create(pd, &op, attr, engine, forward);
#endif
}

/// Fully connected layer, forward. `bias` may be NULL.
static inline dnnl_status_t synfire_inner_product_forward(dnnl_primitive_desc_t *pd, dnnl_engine_t engine,
                                                          const_dnnl_primitive_attr_t attr, bool training,
                                                          synfire_const_desc src, synfire_const_desc weights,
                                                          synfire_const_desc bias, synfire_const_desc dst) {
    dnnl_prop_kind_t kind = training ? dnnl_forward_training : dnnl_forward_inference;
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_inner_product_forward_primitive_desc_create(pd, engine, kind, SYNFIRE_MD(src), SYNFIRE_MD(weights),
                                                            SYNFIRE_MD(bias), SYNFIRE_MD(dst), attr);
#else
    dnnl_inner_product_desc_t op;
    dnnl_status_t status = dnnl_inner_product_forward_desc_init(&op, kind, SYNFIRE_MD(src), SYNFIRE_MD(weights),
                                                                SYNFIRE_MD(bias), SYNFIRE_MD(dst));
    return status != dnnl_success ? status : dnnl_primitive_desc_create(pd, &op, attr, engine, NULL);
#endif
}

/// Pooling, forward. In training, a maximum needs a workspace for its way back.
static inline dnnl_status_t synfire_pooling_forward(dnnl_primitive_desc_t *pd, dnnl_engine_t engine,
                                                    const_dnnl_primitive_attr_t attr, bool training,
                                                    dnnl_alg_kind_t algorithm, synfire_const_desc src,
                                                    synfire_const_desc dst, const synfire_window *w) {
    dnnl_prop_kind_t kind = training ? dnnl_forward_training : dnnl_forward_inference;
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_pooling_forward_primitive_desc_create(pd, engine, kind, algorithm, SYNFIRE_MD(src), SYNFIRE_MD(dst),
                                                      w->stride, w->kernel, w->dilation, w->padding_before,
                                                      w->padding_after, attr);
#else
    dnnl_pooling_desc_t op;
    dnnl_status_t status =
        dnnl_pooling_forward_desc_init(&op, kind, algorithm, SYNFIRE_MD(src), SYNFIRE_MD(dst), w->stride, w->kernel,
                                       w->padding_before, w->padding_after);
    return status != dnnl_success ? status : dnnl_primitive_desc_create(pd, &op, attr, engine, NULL);
#endif
}

/// Pooling, gradient with respect to its input.
static inline dnnl_status_t synfire_pooling_backward(dnnl_primitive_desc_t *pd, dnnl_engine_t engine,
                                                     const_dnnl_primitive_attr_t attr, dnnl_alg_kind_t algorithm,
                                                     synfire_const_desc diff_src, synfire_const_desc diff_dst,
                                                     const synfire_window *w, const_dnnl_primitive_desc_t forward) {
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_pooling_backward_primitive_desc_create(pd, engine, algorithm, SYNFIRE_MD(diff_src),
                                                       SYNFIRE_MD(diff_dst), w->stride, w->kernel, w->dilation,
                                                       w->padding_before, w->padding_after, forward, attr);
#else
    dnnl_pooling_desc_t op;
    dnnl_status_t status =
        dnnl_pooling_backward_desc_init(&op, algorithm, SYNFIRE_MD(diff_src), SYNFIRE_MD(diff_dst), w->stride,
                                        w->kernel, w->padding_before, w->padding_after);
    return status != dnnl_success ? status : dnnl_primitive_desc_create(pd, &op, attr, engine, forward);
#endif
}

/// Copy from one memory format to another.
static inline dnnl_status_t synfire_reorder(dnnl_primitive_desc_t *pd, dnnl_engine_t engine,
                                            const_dnnl_primitive_attr_t attr, synfire_const_desc from,
                                            synfire_const_desc to) {
    return dnnl_reorder_primitive_desc_create(pd, SYNFIRE_MD(from), engine, SYNFIRE_MD(to), engine, attr);
}

// MARK: - Threads

// oneDNN splits a kernel over the threads of its OpenMP runtime, gomp or omp as it was built. We do not link either:
// the runtime that libdnnl has brought into the process is asked by name. A build without OpenMP has none to ask.

typedef void (*synfire_set_threads)(int);
typedef int (*synfire_get_threads)(void);

#ifdef RTLD_DEFAULT
#define SYNFIRE_ANY_LIBRARY RTLD_DEFAULT
#else
#define SYNFIRE_ANY_LIBRARY ((void *)0)  // glibc hides the name without _GNU_SOURCE; its value is this.
#endif

/// `omp_set_num_threads` of the process, or NULL. It holds for loops that the calling thread starts.
static inline synfire_set_threads synfire_openmp_set_threads(void) {
    return (synfire_set_threads)dlsym(SYNFIRE_ANY_LIBRARY, "omp_set_num_threads");
}

/// `omp_get_max_threads` of the process, or NULL.
static inline synfire_get_threads synfire_openmp_max_threads(void) {
    return (synfire_get_threads)dlsym(SYNFIRE_ANY_LIBRARY, "omp_get_max_threads");
}

/// Whether kernels of the oneDNN in this process run on one thread once OpenMP has been told so.
static inline bool synfire_onednn_threads_can_be_limited(void) {
    unsigned runtime = dnnl_version()->cpu_runtime;
    return runtime == DNNL_RUNTIME_SEQ ||
           (runtime == DNNL_RUNTIME_OMP && synfire_openmp_set_threads() && synfire_openmp_max_threads());
}

#endif
