package io.chunkserver.runner.file;

import io.chunkserver.transport.client.ChunkSource;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongConsumer;

/** A source that tells how far it has been read, each time from its start. */
final class ReportingSource implements ChunkSource {

    private final ChunkSource source;
    private final long startBytes;
    private final LongConsumer progress;

    /**
     * A source that reports.
     *
     * @param startBytes what was done before this source, added to every report
     */
    ReportingSource(ChunkSource source, long startBytes, LongConsumer progress) {
        this.source = source;
        this.startBytes = startBytes;
        this.progress = progress;
    }

    @Override
    public long maxLengthBytes() {
        return source.maxLengthBytes();
    }

    @Override
    public InputStream open() throws IOException {
        return new FilterInputStream(source.open()) {
            private long position = startBytes;

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] bytes, int from, int length) throws IOException {
                int read = in.read(bytes, from, length);
                if (read > 0) {
                    position += read;
                    progress.accept(position);
                }
                return read;
            }
        };
    }
}
