// SFML: shapes by OpenGL.
#include <SFML/Graphics.hpp>

#include "../probe.h"

int main()
{
    sf::RenderWindow window(sf::VideoMode(240, 180), "SFML");
    for (int n = 0; n < FRAMES; n++) {
        sf::Event event;
        while (window.pollEvent(event))
            ;
        sf::CircleShape circle(20.f + static_cast<float>(n) / 2, 3 + n % 20);
        circle.setPosition(2.f * static_cast<float>(n), 40.f);
        circle.setRotation(3.f * static_cast<float>(n));
        circle.setFillColor(sf::Color(240, 200, 60));
        window.clear(sf::Color(25, 50, static_cast<sf::Uint8>(100 + n)));
        window.draw(circle);
        probe_drawn();
        window.display();
        probe_shown();
    }
    return 0;
}
