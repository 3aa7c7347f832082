package io.chunkserver.core.store;

import java.nio.file.Path;

/**
 * A damaged file that was found when a store was opened and moved out of the way. Which chunk it was is not always
 * known: the name is a hash, and the footer may be what is damaged.
 *
 * @param file       where it was, below the store's disk
 * @param quarantine where it is now
 * @param reason     what is wrong with it, in a sentence for a person
 */
public record DamageFinding(Path file, Path quarantine, String reason) {}
