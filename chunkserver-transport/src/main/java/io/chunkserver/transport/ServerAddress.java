package io.chunkserver.transport;

/**
 * Where a server listens, written {@code HOST:PORT}; an IPv6 host is written in brackets.
 *
 * @param host a name or a literal address, without brackets
 * @param port 0 to 65535; 0 asks a listener to choose
 */
public record ServerAddress(String host, int port) {

    private static final int MAX_PORT = 65_535;
    private static final int MAX_HOST_CHARACTERS = 240;

    public ServerAddress {
        if (host.isEmpty()
                || host.length() > MAX_HOST_CHARACTERS
                || host.chars().anyMatch(c -> c <= ' ' || c == '[' || c == ']')) {
            throw new IllegalArgumentException(
                    "host of a server address is empty, too long or holds a space or bracket");
        }
        if (port < 0 || port > MAX_PORT) {
            throw new IllegalArgumentException("port " + port + " of host " + host + " is not within 0 to " + MAX_PORT);
        }
    }

    /**
     * Reads {@code HOST:PORT}.
     *
     * @throws IllegalArgumentException when the text is no address
     */
    public static ServerAddress parse(String text) {
        int divider = text.lastIndexOf(':');
        if (divider < 1) {
            throw new IllegalArgumentException("server address \"" + text + "\" is not written HOST:PORT");
        }
        String host = text.substring(0, divider);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw new IllegalArgumentException("IPv6 host of server address \"" + text + "\" must be in brackets");
        }
        try {
            return new ServerAddress(host, Integer.parseInt(text.substring(divider + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("port of server address \"" + text + "\" is no number", e);
        }
    }

    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}
