package io.chunkserver.runner.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** The bytes of standard output; remembers whether the program that read them has gone, as {@code head} does when it has enough. Thread-safe as far as what it wraps is. */
final class StandardOutput extends FilterOutputStream {

    /** The system's words for it, which are all that Java passes on. */
    private static final String BROKEN_PIPE = "Broken pipe";

    private volatile boolean readerGone;

    StandardOutput(OutputStream bytes) {
        super(bytes);
    }

    boolean isReaderGone() {
        return readerGone;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            throw noted(e);
        }
    }

    /** What a buffer below holds is written only now. */
    @Override
    public void flush() throws IOException {
        try {
            out.flush();
        } catch (IOException e) {
            throw noted(e);
        }
    }

    private IOException noted(IOException e) {
        readerGone |= BROKEN_PIPE.equals(e.getMessage());
        return e;
    }
}
