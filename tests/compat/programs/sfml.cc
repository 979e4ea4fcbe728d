// SFML: shapes by OpenGL.
#include <SFML/Graphics.hpp>

int main()
{
    sf::RenderWindow window(sf::VideoMode(400, 300), "SFML");
    bool other = false;
    window.setFramerateLimit(40);
    while (window.isOpen()) {
        sf::Event event;
        while (window.pollEvent(event)) {
            if (event.type == sf::Event::Closed)
                window.close();
            else if (event.type == sf::Event::KeyPressed)
                other = !other;
        }
        sf::CircleShape circle(80.f, other ? 6 : 30);
        circle.setPosition(120.f, 60.f);
        circle.setFillColor(other ? sf::Color(60, 200, 120) : sf::Color(240, 200, 60));
        window.clear(sf::Color(25, 50, 100));
        window.draw(circle);
        window.display();
    }
    return 0;
}
