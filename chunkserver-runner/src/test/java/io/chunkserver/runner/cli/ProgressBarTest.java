package io.chunkserver.runner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressBarTest {

    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private final AtomicLong nanos = new AtomicLong();

    @Test
    void showsShareAmountAndSpeed() {
        ProgressBar bar = bar(2048);
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
        bar.at(1024);
        assertThat(lastLine()).contains("file [###############...............]  50%  1.0 KiB of 2.0 KiB  1.0 KiB/s");
    }

    @Test
    void showsNoMoreThanTenTimesASecond() {
        ProgressBar bar = bar(1000);
        for (int step = 0; step < 1000; step++) {
            nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(1));
            bar.at(step);
        }
        assertThat(shown.toString(StandardCharsets.UTF_8).split("\r")).hasSizeBetween(10, 12);
    }

    @Test
    void endsWithTheLastPositionAndALineEnd() {
        try (ProgressBar bar = bar(1000)) {
            bar.at(10);
            bar.at(1000);
        }
        assertThat(lastLine()).contains("100%").endsWith("\n");
    }

    @Test
    void emptyFileIsDoneAtOnce() {
        bar(0).close();
        assertThat(lastLine()).contains("100%");
    }

    @Test
    void unknownTotalShowsNoShare() {
        ProgressBar bar = bar(-1);
        bar.at(10);
        assertThat(lastLine()).contains("file  10 B").doesNotContain("%");
    }

    private ProgressBar bar(long totalBytes) {
        return new ProgressBar(new PrintStream(shown, true, StandardCharsets.UTF_8), "file", totalBytes, nanos::get);
    }

    private String lastLine() {
        String all = shown.toString(StandardCharsets.UTF_8);
        return all.substring(all.lastIndexOf('\r') + 1);
    }
}
