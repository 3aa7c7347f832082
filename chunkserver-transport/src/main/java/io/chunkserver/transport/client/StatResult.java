package io.chunkserver.transport.client;

import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkInfo;

/** What is known of a chunk's committed version at one server. */
public record StatResult(ChunkInfo info, Attributes attributes) {}
