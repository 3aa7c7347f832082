package io.chunkserver.runner.cli;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.runner.config.Durations;
import io.chunkserver.runner.config.Sizes;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.zookeeper.EnsembleAddress;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How texts on the command line become values; what a value's own constructor says is what the caller reads. */
final class Converters {

    private Converters() {}

    static void registerOn(CommandLine commands) {
        commands.registerConverter(ChunkId.class, converter(ChunkId::parse))
                .registerConverter(ChunkVersion.class, converter(Converters::version))
                .registerConverter(Location.class, converter(Converters::location))
                .registerConverter(ServerId.class, converter(ServerId::new))
                .registerConverter(TransactionId.class, converter(TransactionId::parse))
                .registerConverter(ServerAddress.class, converter(Converters::target))
                .registerConverter(EnsembleAddress.class, converter(EnsembleAddress::parse))
                .registerConverter(Durability.class, converter(Durability::parse))
                .registerConverter(LocalFile.class, LocalFile::new)
                .registerConverter(UUID.class, converter(Converters::directory))
                .registerConverter(Duration.class, converter(Durations::parse))
                .registerConverter(SizeBytes.class, converter(text -> new SizeBytes(Sizes.parse(text))));
    }

    /** A size option, so that picocli does not read it as any other number. */
    record SizeBytes(long value) {}

    private static ServerAddress target(String text) {
        ServerAddress address = ServerAddress.parse(text);
        if (address.port() == 0) {
            throw new IllegalArgumentException("server address \"" + text + "\" has port 0, which nobody listens on");
        }
        return address;
    }

    private static ChunkVersion version(String text) {
        try {
            return new ChunkVersion(Long.parseLong(text));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(text + " is no version, a number as chunk stat tells it", e);
        }
    }

    private static Location location(String text) {
        String[] parts = text.split(",", -1);
        try {
            if (parts.length == 2) {
                return new Location(Double.parseDouble(parts[0].trim()), Double.parseDouble(parts[1].trim()));
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(text + " is not X,Y, two numbers", e);
        }
        throw new IllegalArgumentException(text + " is not X,Y, two numbers");
    }

    /** The id of a data directory, the only thing that is named by one. */
    private static UUID directory(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "the id of a data directory is expected, as the server's status tells it", e);
        }
    }

    private static <T> ITypeConverter<T> converter(Function<String, T> parser) {
        return text -> {
            try {
                return parser.apply(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        };
    }
}
