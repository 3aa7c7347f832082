package io.chunkserver.transport.server;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.commit.ChunkWriter;
import io.chunkserver.core.commit.PrepareStream;
import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.protocol.Response;
import java.util.concurrent.CompletionStage;

/** Where the blocks of a chunk go that come in, and what is answered in the end. Called by one thread at a time. */
interface BlockSink {

    CompletionStage<Void> write(CheckedBlock block);

    void finish(long lengthBytes, int crc32c);

    /** The client has gone or gives up. */
    void cancel(Failure why, boolean finished);

    CompletionStage<? extends Response> outcome();

    /** A store of which this server is the primary. A client that goes after the last byte does not stop it. */
    static BlockSink of(ChunkWriter writer) {
        return new BlockSink() {
            @Override
            public CompletionStage<Void> write(CheckedBlock block) {
                return writer.write(block);
            }

            @Override
            public void finish(long lengthBytes, int crc32c) {
                writer.finish(lengthBytes, crc32c);
            }

            @Override
            public void cancel(Failure why, boolean finished) {
                if (!finished) {
                    writer.cancel(why);
                }
            }

            @Override
            public CompletionStage<Response.Receipt> outcome() {
                return writer.receipt().thenApply(Response.Receipt::new);
            }
        };
    }

    /** This server's part, and that of the members after it, in another's transaction. Without anybody to hear the vote it ends. */
    static BlockSink of(PrepareStream stream) {
        return new BlockSink() {
            @Override
            public CompletionStage<Void> write(CheckedBlock block) {
                return stream.write(block);
            }

            @Override
            public void finish(long lengthBytes, int crc32c) {
                stream.finish(lengthBytes, crc32c);
            }

            @Override
            public void cancel(Failure why, boolean finished) {
                stream.cancel(why);
            }

            @Override
            public CompletionStage<Response.Votes> outcome() {
                return stream.votes().thenApply(Response.Votes::new);
            }
        };
    }
}
