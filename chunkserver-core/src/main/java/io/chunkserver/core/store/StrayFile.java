package io.chunkserver.core.store;

import io.chunkserver.core.model.ChunkId;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A file among the chunks that belongs to no version in the index.
 *
 * @param chunk  what the file says it is; empty when it cannot be read or lies in another chunk's place
 * @param reason what is wrong with it, in a sentence for a person
 */
public record StrayFile(Path file, Optional<ChunkId> chunk, MissingVersion version, String reason) {}
