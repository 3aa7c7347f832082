package io.chunkserver.examples.embedded;

import io.chunkserver.core.ChunkServer;
import io.chunkserver.core.ChunkServerConfig;
import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.model.ByteRange;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Stores a chunk in a server of this process, reads a part of it back, and finds it again after a restart. */
public final class EmbeddedServer {

    private static final ChunkId CHUNK = ChunkId.parse("greetings/hello#0");

    private EmbeddedServer() {}

    /** Keeps its data in the directory that is given. */
    public static void main(String[] arguments) throws IOException {
        System.out.println(run(Path.of(arguments[0])));
    }

    /** Returns the bytes that were read back, as text. */
    static String run(Path directory) throws IOException {
        byte[] bytes = "Hello, chunk server".getBytes(StandardCharsets.UTF_8);
        ChunkServerConfig config = ChunkServerConfig.DEFAULT.withSpaceLimitBytes(100 * 1024 * 1024);

        try (ChunkServer server = ChunkServer.builder(directory).config(config).start()) {
            // When this returns, the bytes outlive a power loss. The most that may come is announced, and reserved.
            Receipt receipt = server.store(CHUNK, new ByteArrayInputStream(bytes), bytes.length);
            System.out.println("stored version " + receipt.version() + " of " + receipt.chunk() + ", "
                    + server.status().space().usedBytes() + " bytes on disk");
        }

        try (ChunkServer server = ChunkServer.builder(directory).config(config).start()) {
            ChunkInfo info = server.stat(CHUNK).orElseThrow();
            ByteArrayOutputStream part = new ByteArrayOutputStream();
            // Every block that is touched is compared with its checksum before its bytes are handed on.
            server.read(CHUNK, new ByteRange(7, info.lengthBytes() - 7), part);
            return part.toString(StandardCharsets.UTF_8);
        }
    }
}
