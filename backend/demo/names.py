"""Invented people: names of many origins, streets and employers that do not exist, numbers nobody has."""

from random import Random

FIRST = (
    "Aaliyah Abena Aisha Alana Amara Andre Anh Anil Anthony Arjun Ayaan Ben Bianca Brooke Caleb Camille Carmen Cedric Chanda Chloe "
    "Colin Dakota Damon Daniel Darnell Deepa Denise Desmond Devon Diego Dominic Ebony Eli Elise Emeka Erin Esther Ezra Farah Felix "
    "Fiona Gabriel Gloria Grace Hana Hannah Hassan Heidi Ian Imani Indira Isaac Ivy Jada Jamal Janelle Jasmine Jerome Jin Joel "
    "Jonah Jordan Joy Julian Kai Karim Keisha Kenji Kiara Kofi Kyle Lamar Latoya Leah Leila Levi Liam Linh Lucas Mai Malik Marcus "
    "Mariam Mason Maya Mei Micah Mina Monique Nadia Naomi Nathan Neel Nia Nina Noah Noor Olivia Omar Owen Paige Priya Quentin "
    "Rachel Rashad Reggie Renee Rohan Rosalind Ruth Samir Sana Seth Shanice Simone Skyler Sofia Tamika Tariq Tessa Theo Tiana "
    "Tomas Trevor Tyrone Uma Vera Victor Wade Wei Xavier Yasmin Yuki Zachary Zara Zoe"
).split()
FIRST_ES = (
    "Adriana Alejandra Alejandro Alma Alonso Ana Andrea Andres Araceli Arturo Beatriz Blanca Brenda Carlos Catalina Cesar Claudia "
    "Cristina Daniela David Dulce Eduardo Elena Emilio Enrique Esperanza Esteban Estela Ester Fabiola Felipe Fernanda Fernando "
    "Francisco Gerardo Gilberto Graciela Guadalupe Guillermo Hector Hugo Ignacio Irma Isabel Ivan Javier Jimena Joaquin Jorge Jose "
    "Josefina Juan Juana Julia Karla Leticia Lorena Lucero Lucia Luis Luz Manuel Marcela Marco Margarita Maria Mariana Marisol "
    "Mateo Mercedes Miguel Miriam Monica Natalia Nestor Norma Octavio Olga Oscar Pablo Paloma Patricia Paulina Pedro Pilar Rafael "
    "Ramon Raquel Raul Ricardo Roberto Rocio Rosa Ruben Salvador Santiago Sergio Silvia Susana Teresa Tomas Valeria Vanesa "
    "Veronica Vicente Ximena Yadira Yolanda"
).split()
LAST = (
    "Abbott Adeyemi Akhtar Albright Amari Banks Barlow Beaumont Begay Bello Birch Blackwood Boateng Bowers Brandt Briggs Brookes "
    "Bui Calloway Chandra Chen Cho Clearwater Coleman Conley Crane Dang Desai Diallo Dixon Doyle Driscoll Easton Ekwueme Ellery "
    "Fairbanks Farah Finch Flynn Foster Gaines Garrett Goodwin Grant Greer Haddad Hale Harjo Hart Hayes Hollis Hoang Ibrahim Ito "
    "Jamison Joshi Kamara Kaplan Kaur Keller Khan Kim Kowalski Lam Langley Larkin Le Lindqvist Locklear Lowe Madsen Mahmoud Mbeki "
    "Mercer Moss Mwangi Nakamura Ndiaye Nguyen Novak Obi Okafor Okoye Oluwole Onwudi Osborn Owusu Park Patel Pham Pierce Pratt "
    "Quinn Rahman Rasmussen Reddy Reeves Rhodes Rowe Sato Sawyer Sharma Shelby Singh Stokes Sutton Tanaka Thorne Tran Tsosie "
    "Underwood Vance Vang Vaughn Walsh Washington Weaver Whitaker Whitfield Wilder Winters Wong Wynn Yang Yates Yazzie Young Zhou "
    "Zimmer"
).split()
LAST_ES = (
    "Aguilar Alvarado Arce Ayala Barrera Bautista Beltran Bravo Cabrera Camacho Campos Cardenas Castillo Cervantes Cisneros "
    "Cordero Cortez Cruz Delgado Diaz Dominguez Duran Escobar Espinoza Estrada Figueroa Fuentes Galvan Gallegos Garza Guerrero "
    "Guzman Herrera Ibarra Jimenez Juarez Lara Leal Lozano Luna Macias Maldonado Marin Medina Mejia Mendoza Miranda Molina Montes "
    "Morales Moreno Munoz Navarro Nieves Ochoa Orozco Ortega Pacheco Padilla Palacios Paredes Pineda Ponce Quintero Ramos Rangel "
    "Rios Robles Rojas Rosales Rubio Salas Salinas Sandoval Santana Sepulveda Serrano Solis Soto Tapia Torres Trejo Trujillo "
    "Valdez Valencia Vargas Vega Velasco Villanueva Zamora Zapata Zepeda"
).split()
STREETS = (
    "Alder Aspen Bramble Briar Cedar Cherry Clover Cypress Dogwood Elderberry Fern Foxglove Hawthorn Hazel Heron Juniper Lantern "
    "Larch Laurel Linden Magnolia Meadow Mill Orchard Otter Poplar Quarry Rowan Sparrow Spruce Tamarack Thistle Walnut Willow Wren"
).split()
WAYS = ("St", "Ave", "Ln", "Rd", "Ct", "Way")
CITIES = (("Larkfield", "43999"), ("Easter Mills", "43998"), ("Tamarack Falls", "43997"), ("Port Linden", "43996"))
EMPLOYERS = (
    "Tamarack Foods LLC",
    "Linden Logistics",
    "Heron Home Health",
    "Brightwater Laundry",
    "Quarry Steel Works",
    "Larkfield School Meals",
    "Foxglove Hotels",
    "Meadow Dairy Co",
    "Easter Mills Paper",
    "Sparrow Call Center",
    "Rowan Roofing",
    "Port Linden Transit",
    "Orchard Staffing",
    "Cedar Auto Parts",
    "Willow Care Homes",
    "Juniper Grocers",
    "Otter Boat Yard",
    "Thistle Cleaning",
    "Larch Packaging",
    "Wren Security",
)


class People:
    """Draws people; the same Random draws the same ones."""

    def __init__(self, random: Random, year: int) -> None:
        self.random = random
        self.year = year

    def first(self, spanish: bool) -> str:
        """A first name."""
        return self.random.choice(FIRST_ES if spanish else FIRST)

    def last(self, spanish: bool) -> str:
        """A last name."""
        return self.random.choice(LAST_ES if spanish else LAST)

    def phone(self) -> str:
        """A number from the range that is kept free for fiction."""
        return f"555-01{self.random.randrange(100):02d}"

    def address(self) -> tuple[str, str, str, str]:
        """Street, city, state, postal code."""
        draw = self.random
        city, postal_code = draw.choice(CITIES)
        street = f"{draw.randrange(2, 980)} {draw.choice(STREETS)} {draw.choice(WAYS)}"
        return street, city, "OH", postal_code
