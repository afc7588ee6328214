/* Points, sizes and rectangles. */

#ifndef VITASCOPE_COREFOUNDATION_CFCGTYPES_H
#define VITASCOPE_COREFOUNDATION_CFCGTYPES_H

#include <CoreFoundation/CFBase.h>

CF_EXTERN_C_BEGIN

typedef double CGFloat;
#define CGFLOAT_TYPE double
#define CGFLOAT_IS_DOUBLE 1
#define CGFLOAT_DEFINED 1

typedef struct CGPoint {
    CGFloat x;
    CGFloat y;
} CGPoint;

typedef struct CGSize {
    CGFloat width;
    CGFloat height;
} CGSize;

typedef struct CGVector {
    CGFloat dx;
    CGFloat dy;
} CGVector;

typedef struct CGRect {
    CGPoint origin;
    CGSize size;
} CGRect;

typedef struct CGAffineTransform {
    CGFloat a;
    CGFloat b;
    CGFloat c;
    CGFloat d;
    CGFloat tx;
    CGFloat ty;
} CGAffineTransform;

/* A transform taken apart. */
typedef struct CGAffineTransformComponents {
    CGSize scale;
    CGFloat horizontalShear;
    CGFloat rotation;
    CGVector translation;
} CGAffineTransformComponents;

/* generated from docs/c-symbols.tsv: begin */

/* generated: end */

CF_EXTERN_C_END

#endif
