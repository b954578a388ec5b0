import psycopg
import pytest

from provisioning.postgres import server


@pytest.mark.integration
def test_a_server_of_ones_own_answers_and_is_gone_afterwards() -> None:
    with server() as url:
        with psycopg.connect(url) as connection:
            row = connection.execute("SELECT 6 * 7").fetchone()

        assert row == (42,)
        assert "@127.0.0.1:" in url

    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=2)
