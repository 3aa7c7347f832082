package io.chunkserver.runner.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.List;
import org.slf4j.ILoggerFactory;
import org.slf4j.LoggerFactory;

/**
 * Sends logs to standard error, warnings and above unless {@code -q} or {@code -v} is given.
 *
 * <p>Logback finds this class as a service: that spares the start of the process the reading of a file.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_HIGH_PRIORITY)
public final class StandardErrorLogging extends ContextAwareBase implements Configurator {

    private static final String OWN_LOGGERS = "io.chunkserver";

    /** They report each lost connection several times, with stack traces; what it means is said by our own, once. */
    private static final List<String> NOISY_LOGGERS = List.of("org.apache.zookeeper", "org.apache.curator");

    @Override
    public ExecutionStatus configure(LoggerContext loggers) {
        LogLayout layout = new LogLayout();
        layout.setContext(loggers);
        layout.start();
        LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
        encoder.setContext(loggers);
        encoder.setLayout(layout);
        encoder.start();
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(loggers);
        appender.setTarget("System.err");
        appender.setEncoder(encoder);
        appender.start();
        Logger root = loggers.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        root.addAppender(appender);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /**
     * Chooses what is logged.
     *
     * @param verbosity how often {@code -v} was given; others' libraries stay at warnings until the third
     */
    static void setLevel(boolean quiet, int verbosity) {
        ILoggerFactory factory = LoggerFactory.getILoggerFactory();
        if (!(factory instanceof LoggerContext loggers)) {
            return;
        }
        Logger root = loggers.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(quiet ? Level.OFF : verbosity > 2 ? Level.DEBUG : Level.WARN);
        for (String noisy : NOISY_LOGGERS) {
            loggers.getLogger(noisy).setLevel(verbosity > 2 ? null : Level.OFF);
        }
        loggers.getLogger(OWN_LOGGERS)
                .setLevel(quiet ? Level.OFF : verbosity > 1 ? Level.DEBUG : verbosity > 0 ? Level.INFO : Level.WARN);
    }
}
