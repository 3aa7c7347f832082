package io.chunkserver.core.testkit;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * For tests that break disks and networks on purpose: keeps what their servers log, and prints it only when the test fails. To be
 * registered with {@code @ExtendWith}, for tests that run one after the other.
 *
 * <p>It relies on a logger that asks for {@link System#err} with each line, as the simple one of SLF4J does unless told otherwise.
 */
public final class ExpectedErrors implements BeforeEachCallback, AfterEachCallback {

    private static final int MOST_BYTES = 64 * 1024;

    private final PrintStream usual = System.err;
    private final Tail kept = new Tail();

    @Override
    public void beforeEach(ExtensionContext test) {
        kept.reset();
        System.setErr(new PrintStream(kept, true, StandardCharsets.UTF_8));
    }

    @Override
    public void afterEach(ExtensionContext test) {
        System.setErr(usual);
        if (test.getExecutionException().isPresent()) {
            String log = kept.toString(StandardCharsets.UTF_8);
            usual.print(log.substring(Math.max(0, log.length() - MOST_BYTES)));
        }
    }

    /** What was written last. */
    private static final class Tail extends ByteArrayOutputStream {

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            super.write(bytes, offset, length);
            if (count > 2 * MOST_BYTES) {
                System.arraycopy(buf, count - MOST_BYTES, buf, 0, MOST_BYTES);
                count = MOST_BYTES;
            }
        }
    }
}
