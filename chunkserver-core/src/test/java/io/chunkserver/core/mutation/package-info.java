/** Breaks the dangerous lines of the product, one at a time, and sees that the product's own tests notice. Run by a profile only. */
@NullMarked
package io.chunkserver.core.mutation;

import org.jspecify.annotations.NullMarked;
