package io.chunkserver.transport.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.chunkserver.transport.ServerAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnsembleAddressTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a | a:2181/chunkserver",
                "a:1 | a:1/chunkserver",
                "a:1, b ,[::1]:3,[::2]/x/y | a:1,b:2181,[::1]:3,[::2]:2181/x/y",
            })
    void whatIsLeftOutIsFilledInAndWhatIsWrittenReadsBack(String text, String whole) {
        assertThat(EnsembleAddress.parse(text)).hasToString(whole);
        assertThat(EnsembleAddress.parse(whole)).isEqualTo(EnsembleAddress.parse(text));
    }

    @Test
    void zooKeepersClientGetsTheHostsAlone() {
        EnsembleAddress address = EnsembleAddress.parse("a:1,b:2/x");
        assertThat(address.connectString()).isEqualTo("a:1,b:2");
        assertThat(address.root()).isEqualTo("/x");
        assertThat(address.hosts()).containsExactly(new ServerAddress("a", 1), new ServerAddress("b", 2));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",",
                "a:1,",
                "a:0",
                "a:x",
                "a:70000",
                "a b:1",
                "::1",
                "/x",
                "a:1/",
                "a:1/x/",
                "a:1//x",
                "a:1/x/../y",
                "a:1/.",
                "a:1/x y",
                "a:1/zookeeper",
                "a:1/zookeeper/x",
                "a:1/\u00e4"
            })
    void whatIsNoAddressIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> EnsembleAddress.parse(text));
    }

    @Test
    void thereIsALimitOfHosts() {
        String hosts = "h,".repeat(EnsembleAddress.MAX_HOSTS);
        assertThat(EnsembleAddress.parse(hosts.substring(0, hosts.length() - 1)).hosts())
                .hasSize(EnsembleAddress.MAX_HOSTS);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EnsembleAddress.parse(hosts + "h"))
                .withMessageContaining("17");
    }
}
